"""What one run costs, for those that tell it at its end. Nothing of it is loaded before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.output.write_out import Costing


def costing(model: object, base_url: str, begun: float, env: Mapping[str, str]) -> Costing:
    """Estimates it from the ending: ``costing.cost_of``. ``model`` is the one that is asked, ``begun`` when, in seconds
    since the epoch."""

    def cost(ending: Ending) -> str | None:
        from dsk.jobs.costing import cost_of

        return cost_of(ending.answers, model, base_url, begun, env)

    return cost
