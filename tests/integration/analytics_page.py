"""The page of measurements as a browser uses it, over plain HTTP."""

from __future__ import annotations

import json
from typing import Any

import requests

from dashboard.components.job_list import Jobs
from dashboard.pages.analytics.ids import Analytics

__all__ = ["AnalyticsPage"]


class AnalyticsPage:
    """One page load at a replica.

    Parameters
    ----------
    url
        Of the replica.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._known = requests.get(f"{url}/_dash-dependencies", timeout=20).json()

    def measure(self, keys: list[str]) -> None:
        """Order a measurement."""
        values = {
            Analytics.RUN: 1,
            Analytics.ALGORITHMS: keys,
            Analytics.PROTOCOL: "ranking",
            Analytics.FOLDS: "1",
            Analytics.SEED: 42,
            Analytics.AGAIN: False,
        }
        self._call(f"{Analytics.RUN}.n_clicks", values)

    def jobs(self) -> str:
        """Return what the list of jobs shows, as JSON."""
        return json.dumps(self._call(f"{Jobs.TICK}.n_intervals", {Jobs.SEEN: None, Jobs.TICK: 1}))

    def download(self, run_id: str) -> Any:
        """Return a stored measurement."""
        answer = requests.get(f"{self._url}/runs/{run_id}.json", timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _call(self, changed: str, values: dict[str, Any]) -> Any:
        component, _, prop = changed.partition(".")
        known = next(
            one
            for one in self._known
            if any((given["id"], given["property"]) == (component, prop) for given in one["inputs"])
            and one.get("clientside_function") is None
        )

        def filled(given: dict[str, Any]) -> dict[str, Any]:
            return {"id": given["id"], "property": given["property"], "value": values.get(given["id"])}

        parts = [part.rpartition(".") for part in known["output"].strip(".").split("...")]
        outputs = [{"id": name, "property": place.partition("@")[0]} for name, _, place in parts]
        body = {
            "output": known["output"],
            "outputs": outputs if known["output"].startswith("..") else outputs[0],
            "inputs": [filled(given) for given in known["inputs"]],
            "state": [filled(given) for given in known["state"]],
            "changedPropIds": [changed],
        }
        answer = requests.post(f"{self._url}/_dash-update-component", json=body, timeout=20)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None
