"""A browser tab's half of Dash's background callback protocol, over plain HTTP."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

import requests

from callbacks.jobs.slots import visitor_of

OUTPUT = "result.children"
_VISITORS = {visitor_of(address): address for address in (f"10.1.{n // 256}.{n % 256}" for n in range(2000))}
_addresses = itertools.cycle(_VISITORS.values())


class Tab:
    """One page load of `job_app`: it starts a job, polls it, cancels it, as Dash's renderer does.

    Every request is a connection of its own, so that either worker may take it. Every tab is another visitor's.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._headers = {"Connection": "close", "X-Forwarded-For": next(_addresses)}
        end_id = re.search(r'"end_id":\s*"([^"]+)"', self._send("GET", "/").text)
        assert end_id, "the page carries no end_id"
        self._end_id = end_id.group(1)
        self._handles: dict[str, str] = {}
        self.worker = ""
        self.progress: str | None = None
        self.side_updates: dict[str, dict[str, Any]] = {}

    def at(self, url: str) -> Tab:
        """Go on at another replica."""
        self._url = url
        return self

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, self._url + path, headers=self._headers, timeout=10, **options)

    def _callback(self, output: str, changed: str, value: Any, **query: str) -> requests.Response:
        component, _, prop = output.rpartition(".")
        source, _, source_prop = changed.rpartition(".")
        body = {
            "output": output,
            "outputs": {"id": component, "property": prop},
            "inputs": [{"id": source, "property": source_prop, "value": value}],
            "changedPropIds": [changed],
            "state": [],
        }
        response = self._send("POST", "/_dash-update-component", params={"endId": self._end_id, **query}, json=body)
        self.worker = response.headers["X-Worker"]
        return response

    def start(self, order: str, **query: str) -> Tab:
        """Start the job `order`."""
        answer = self._callback(OUTPUT, "start.title", order, **query).json()
        self._handles = {"cacheKey": answer["cacheKey"], "job": answer["job"]}
        return self

    @property
    def job(self) -> str:
        """The signed job id."""
        return self._handles["job"]

    def poll(self, worker: str | None = None) -> requests.Response:
        """Ask once, if need be until the asked `worker` (a process id) happens to be the one that answers."""
        for _ in range(200):
            response = self._callback(OUTPUT, "start.title", None, **self._handles)
            if response.status_code == 200:
                answer = response.json()
                self.progress = answer.get("progress", {}).get("step.children", self.progress)
                for component, props in answer.get("sideUpdate", {}).items():
                    self.side_updates.setdefault(component, {}).update(props)
            if worker in (None, self.worker) or "response" in response.text or response.status_code != 200:
                return response
        raise AssertionError(f"worker {worker} never answered")

    def result(self, timeout: float = 15.0) -> Any:
        """Poll to the end of the job and return what the page shows; "nothing" where it keeps what it has."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            response = self.poll()
            if response.status_code == 204:
                return "nothing"
            assert response.status_code == 200, response.text
            answer = response.json()
            if "response" in answer:
                return answer["response"]["result"]["children"]
            time.sleep(0.05)
        raise AssertionError("the job did not end")

    def error(self) -> str:
        """Poll to the end and return the error that the page shows."""
        shown = self.result()
        assert isinstance(shown, dict), f"not an error: {shown!r}"
        assert shown["props"].get("title") == "error", f"not an error: {shown!r}"
        return str(shown["props"]["children"])

    def wait_until_running(self) -> int:
        """Poll until the job shows its progress, which is its process id."""
        deadline = time.monotonic() + 10
        while self.progress is None:
            assert time.monotonic() < deadline, "the job did not start"
            assert "response" not in self.poll().text, "the job has ended"
            time.sleep(0.03)
        return int(self.progress)

    def cancel(self) -> None:
        """Press the page's stop button."""
        response = self._callback("stop.id", "stop.n_clicks", 1, cancelJob=self.job)
        assert response.status_code in (200, 204), response.text
