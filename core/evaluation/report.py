"""A run as one file: an HTML page that needs nothing beside it, or a table."""

from collections.abc import Callable
from html import escape

from core.display.metrics import metric_info, metric_label, smaller_is_better
from core.errors import InvalidInputError
from core.evaluation.runs import EvaluationRun, MetricValue

__all__ = ["FORMS", "exported"]

_STYLE = """
:root { color-scheme: light dark; --ink: #1d1b17; --dim: #615c53; --line: #d8d2c6; --accent: #94690a; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --dim: #a8a59c; --line: #36363d; --accent: #ebb733; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 72rem; margin: 2rem auto; }
h1, h2 { font-family: Georgia, serif; font-weight: 500; } p, dd { max-width: 60rem; } dt { font-weight: 600; }
.dim { color: var(--dim); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .4rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; } td small { display: block; color: var(--dim); }
.track { position: relative; display: inline-block; width: 22rem; max-width: 40vw; height: 1rem; }
.line, .dot { position: absolute; background: var(--accent); } .line { top: .45rem; height: 2px; }
.dot { top: .2rem; width: .6rem; height: .6rem; margin-left: -.3rem; border-radius: 50%; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def exported(run: EvaluationRun, form: str) -> str:
    """Return a run as ``html``, ``csv`` or ``json``.

    Raises
    ------
    InvalidInputError
        For another form.
    """
    if form not in FORMS:
        raise InvalidInputError(f"A run is exported as {', '.join(FORMS)}, not {form!r}.")
    return FORMS[form](run)


def _csv(run: EvaluationRun) -> str:
    """Return `EvaluationRun.to_frame` as CSV, with each metric's unit and direction."""
    frame = run.to_frame()
    infos = [metric_info(metric) for metric in frame["metric"]]
    frame["unit"] = ["" if info is None else info.unit for info in infos]
    frame["better"] = ["lower" if smaller_is_better(metric) else "higher" for metric in frame["metric"]]
    return str(frame.to_csv(index=False, lineterminator="\r\n"))


def _html(run: EvaluationRun) -> str:
    """Return a run as a page of its own: how it was made, primary metrics with intervals, all pairs, every number."""
    parts = [
        f"<h1>{escape(str(run.dataset['name']))}: {len(run.algorithms)} algorithms</h1>",
        f"<p>{escape(run.summary)}</p>",
        f"<p class=dim>Run {escape(run.run_id)}, measured {escape(run.created_at)} in {run.seconds:,.0f} s with code "
        f"{escape(str(run.environment['code_version']))}. Intervals are 95% over people.</p>",
        *(_primary(run, metric) for metric in run.primary),
        *(_pairs(run, metric) for metric in run.primary if run.comparisons),
        _everything(run),
        _glossary(run),
        _settings(run),
    ]
    title = escape(f"Measurement of {run.dataset['name']}, {run.created_at[:10]}")
    return (
        f"<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{title}</title>"
        f'<meta name=viewport content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _primary(run: EvaluationRun, metric: str) -> str:
    rows = [(result.title, result.metrics[metric]) for result in run.algorithms.values() if metric in result.metrics]
    rows.sort(key=lambda row: row[1].value, reverse=not smaller_is_better(metric))
    ends = [end for _, item in rows for end in _ends(item)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    span = (high - low) or 1.0

    def at(value: float) -> str:
        return f"{100 * (value - low) / span:.1f}%"

    lines = []
    for name, item in rows:
        first, last = _ends(item)
        width = f"{100 * (last - first) / span:.1f}%"
        drawn = (
            f"<i class=line style='left:{at(first)};width:{width}'></i>"
            f"<i class=dot style='left:{at(item.value)}'></i>"
        )
        lines.append(
            f"<tr><th scope=row>{escape(name)}</th><td>{_cell(item)}</td>"
            f"<td><span class=track aria-hidden=true>{drawn}</span></td></tr>"
        )
    way = "lower" if smaller_is_better(metric) else "higher"
    return (
        f"<h2>{escape(metric_label(metric))}</h2><p class=dim>{way.capitalize()} is better.</p>"
        f"<div class=scroll><table><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _pairs(run: EvaluationRun, metric: str) -> str:
    rows = []
    for pair in run.comparisons:
        if pair.metric != metric:
            continue
        names = " - ".join(escape(run.algorithms[key].title) for key in (pair.first, pair.second))
        verdict = "more than noise" if pair.significant else "inside the noise"
        rows.append(
            f"<tr><th scope=row>{names}</th><td>{pair.difference:+.4f}"
            f"<small>{pair.low:+.4f} to {pair.high:+.4f}</small></td><td>{pair.p_adjusted:.4f}</td>"
            f"<td>{verdict}</td></tr>"
        )
    heads = "".join(f"<th scope=col>{head}</th>" for head in ("Pair", "Difference", "p, adjusted", ""))
    return (
        f"<h2>Paired differences: {escape(metric_label(metric))}</h2>"
        f"<div class=scroll><table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _everything(run: EvaluationRun) -> str:
    results = list(run.algorithms.values())
    heads = "".join(f"<th scope=col>{escape(result.title)}</th>" for result in results)
    rows = []
    for metric in _metrics(run):
        cells = "".join(
            f"<td>{_cell(result.measured[metric]) if metric in result.measured else '-'}</td>" for result in results
        )
        rows.append(f"<tr><th scope=row>{escape(metric_label(metric))}</th>{cells}</tr>")
    return (
        f"<h2>Every metric</h2><div class=scroll><table><thead><tr><th scope=col>Metric</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _glossary(run: EvaluationRun) -> str:
    known = [(info, metric) for metric in _metrics(run) if (info := metric_info(metric)) is not None]
    rows = [
        f"<dt>{escape(info.label)}</dt><dd>{escape(info.definition)} Unit: {escape(info.unit)}. "
        f"{'Lower' if info.smaller else 'Higher'} is better.</dd>"
        for info, _ in known
    ]
    return f"<h2>What the metrics are</h2><dl>{''.join(rows)}</dl>"


def _settings(run: EvaluationRun) -> str:
    told = {
        "Data set": run.dataset,
        "Protocol": run.protocol,
        "Environment": run.environment,
        **{result.title: result.config for result in run.algorithms.values()},
    }
    rows = [
        f"<dt>{escape(name)}</dt><dd>{escape(', '.join(f'{key}: {value}' for key, value in values.items()))}</dd>"
        for name, values in told.items()
    ]
    return f"<h2>Settings</h2><dl>{''.join(rows)}</dl>"


def _metrics(run: EvaluationRun) -> list[str]:
    names = dict.fromkeys(name for result in run.algorithms.values() for name in result.measured)
    return [*run.primary, *(name for name in names if name not in run.primary)]


def _ends(item: MetricValue) -> tuple[float, float]:
    if item.low is None or item.high is None:
        return item.value, item.value
    return item.low, item.high


def _cell(item: MetricValue) -> str:
    if item.value != item.value:
        return "-"
    if item.low is None or item.high is None:
        return f"{item.value:.4f}"
    return f"{item.value:.4f}<small>{item.low:.4f} to {item.high:.4f}</small>"


FORMS: dict[str, Callable[[EvaluationRun], str]] = {"html": _html, "csv": _csv, "json": EvaluationRun.to_json}
"""In which a run can be taken away."""
