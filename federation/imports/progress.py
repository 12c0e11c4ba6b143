"""A page that is sent while the work it tells of is done: HTML from beginning to end, without a script.

Each step is one more <progress> element, and the style sheet shows the last one. There are a hundred at most,
a few kilobytes in all, so that sending them never waits for a client that does not read. A client that goes
away closes the work, which undoes itself.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from django.http import HttpRequest

    from federation.intake.plan import Plan

#: Where the template leaves room for the work.
_PLACE = "<!-- work -->"
_PAUSE = 0.25  # seconds between two steps, at least


def respond(
    request: HttpRequest,
    template: str,
    work: Generator[int, None, Plan],
    *,
    share: Callable[[int], float],
    finish: Callable[[Plan | Exception], str],
    **context: Any,
) -> StreamingHttpResponse:
    """The page ``template`` with the progress of ``work``, then what ``finish`` makes of its end, as HTML."""
    page = render_to_string(template, context, request)
    language = translation.get_language() or settings.LANGUAGE_CODE
    response = StreamingHttpResponse(_page(page, language, work, share, finish))
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy passes on what it gets
    return response


def _page(
    page: str,
    language: str,
    work: Generator[int, None, Plan],
    share: Callable[[int], float],
    finish: Callable[[Plan | Exception], str],
) -> Iterator[str]:
    head, _mark, tail = page.partition(_PLACE)
    with closing(work), translation.override(language):
        yield f'{head}<div class="steps">'
        end: Plan | Exception
        try:
            end = yield from _steps(work, share)
        except Exception as error:  # the page has begun: it says how it ended
            end = error
        yield f'<p class="step"></p></div>{finish(end)}{tail}'


def _steps(work: Generator[int, None, Plan], share: Callable[[int], float]) -> Generator[str, None, Plan]:
    shown, pause = -1, 0.0
    while True:
        try:
            rows = next(work)
        except StopIteration as end:
            plan: Plan = end.value
            return plan
        percent = min(int(share(rows) * 100), 100)
        if percent > shown and time.monotonic() >= pause:
            shown, pause = percent, time.monotonic() + _PAUSE
            yield format_html(
                '<p class="step"><progress max="100" value="{}" aria-label="{}"></progress> {}</p>',
                percent,
                _("Progress"),
                _("%(percent)s %%") % {"percent": percent},
            )
