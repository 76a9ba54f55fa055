"""The compiled look for faults in the columns of a cohort: whether there is any; `Cohort` then says which."""

from typing import no_type_check

from holdfast.forecast.compiling import compiled
from holdfast.forecast.model import HIGHEST_DOSE, INFUSION, SCORE, SESSION


@compiled
@no_type_check
def sound(offsets, day, kind, code, amount, as_of_day, score_range, therapies, first, last):
    """Whether every event of the people `first` to `last` is possible, and in order.

    **Shapes**: `score_range` is [instrument, 2], its lowest and highest score.
    """
    for person in range(first, last):
        before, kind_before = 0.0, SCORE
        for row in range(offsets[person], offsets[person + 1]):
            now, what, which, much = day[row], kind[row], code[row], amount[row]
            if not before <= now <= as_of_day[person] or (now == before and what < kind_before):
                return False
            if what == SCORE:
                if not 0 <= which < score_range.shape[0]:
                    return False
                if not score_range[which, 0] <= much <= score_range[which, 1] or much != int(much):
                    return False
            elif what == INFUSION:
                if not 0 <= which < 2 or not 0.0 < much <= HIGHEST_DOSE:
                    return False
            elif what != SESSION or not 0 <= which < therapies or much != 1.0:
                return False
            before, kind_before = now, what
    return True
