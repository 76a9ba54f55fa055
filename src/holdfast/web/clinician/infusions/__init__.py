"""The pages of the infusion side: what was tried, eligibility, orders, the course, the day, and after."""
