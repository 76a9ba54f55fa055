"""Skills groups as those who lead them see them: the list, one group, its meetings, its members, what goes on paper."""
