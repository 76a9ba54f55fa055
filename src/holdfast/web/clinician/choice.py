"""A talk over which therapy to choose, as it was kept: to read, to print, and to begin what was chosen."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format

from holdfast.access import Permission, may, require
from holdfast.care import choices as verbs
from holdfast.protocols.therapy import Therapy
from holdfast.protocols.track import Track
from holdfast.records.queries import choices, episode, patient, therapy
from holdfast.web.clinician import entry
from holdfast.web.clinician.choose_form import clinic_day
from holdfast.web.clinician.naming import age, day, therapy_name
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import choice_card


class BeginForm(entry.EpisodeForm):
    """When the chosen course begins, on which track, and why the one that runs is ended."""

    happened_at_label = "When the course began"

    def __init__(self, *args: Any, tracks: tuple[Track, ...], switches: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if len(tracks) > 1:
            self.fields["track"] = forms.ChoiceField(
                choices=[(one.slug, _track_words(one)) for one in tracks],
                widget=forms.RadioSelect,
                initial=tracks[0].slug,
                label="Which form of it",
            )
        if switches:
            self.fields["reason"] = forms.CharField(
                label="Why the change",
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="It stays with the course that ends. Nothing in that course is lost.",
            )


@page(Permission.SEE_RECORD, looks_at="episode_id")
def choice(request: PageRequest, episode_id: int, uid: uuid.UUID) -> HttpResponse:
    """The talk on one page; sent, the chosen course begins and a running one ends with the reason."""
    if request.method == "POST":
        require(request.viewer, Permission.RECORD_SESSION)
    person, on = patient.person(request.viewer, episode_id), clinic_day(request)
    talks = choices.of_episode(request.viewer, episode_id)
    talk = choices.one_of(talks, uid)
    running = therapy.running(request.viewer, episode_id)
    offered = {one.slug: one for one in verbs.offered()}
    chosen, years = offered.get(talk.chosen), age(person.born_on, on) if person.born_on else None
    runs = running is not None and running.fact.therapy == talk.chosen
    form = BeginForm(
        entry.posted(request),
        person=person,
        request=request,
        tracks=_tracks(chosen, years),
        switches=running is not None and not runs,
    )
    if form.is_valid():
        with entry.problems_on(form, {"reason": "reason", "start": "happened_at", "track": "track"}):
            _begin(request, episode_id, uid, form, on=on)
            messages.success(
                request,
                f"Course begun: {therapy_name(talk.chosen)}, {day(form.cleaned_data['happened_at'])}.",
            )
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/choice.html",
        form,
        person=person,
        talk=talk,
        cards=choice_card.cards(tuple(offered.values()), talk.shown, known={}, age=years, on_paper=True),
        discreet=_discreet(talk),
        talks=talks,
        running=running,
        runs=runs,
        newest=talks[0].uid == uid,
        chosen=chosen,
        held_back=talk.chosen_therapy is not None and talk.chosen_therapy.not_now(on=on),
        may_begin=may(request.viewer, Permission.RECORD_SESSION),
        may_choose=may(request.viewer, Permission.CHOOSE_THERAPY),
        closed=episode.ending(request.viewer, episode_id) is not None,
    )


def _discreet(talk: choices.ChoiceRow) -> list[str]:
    """What was said in the room and is on no paper: statements with their stars, and what stands in the way."""
    lines = {
        line.says: f"{line.says}: {line.stars:g} of 3 stars"
        for one in talk.shown
        for line in one.lines
        if line.discreet
    }
    stops = [
        f"{one.name}: {stop.shown} {stop.reason} (until {date_format(stop.until, 'j M Y')})"
        for one in talk.shown
        for stop in one.stops
        if stop.discreet
    ]
    return [*lines.values(), *stops]


def _begin(request: PageRequest, episode_id: int, uid: uuid.UUID, form: BeginForm, *, on: date) -> None:
    given = form.cleaned_data
    verbs.begin(
        episode_id,
        uid,
        started_at=given["happened_at"],
        track=given.get("track", ""),
        reason=given.get("reason", ""),
        on=on,
        by=request.viewer,
        at=request.at,
    )


def _tracks(chosen: Therapy | None, years: int | None) -> tuple[Track, ...]:
    """The ways a course of it can begin; groups are joined on their own pages."""
    found = choice_card.ways_through(chosen, years) if chosen else ()
    return tuple(one for one in found if one.format == "individual")


def _track_words(track: Track) -> str:
    return f"{track.name}. First see to: {track.only_if}" if track.only_if else track.name
