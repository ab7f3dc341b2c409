"""A page of the API reference for each module of the library, from its docstrings."""

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and a list of them to the navigation."""
    tree: dict[str, Any] = {}
    for file in sorted((ROOT / "core").rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        page = f"reference/{module}.md"
        files.append(File.generated(config, page, content=f"---\ntitle: {module}\n---\n\n::: {module}\n"))
        tree.setdefault(parts[1] if len(parts) > 2 else "", []).append({module: page})
    pages = tree.pop("", [])
    config.nav.append({"Library": [*pages, *({f"core.{name}": found} for name, found in sorted(tree.items()))]})
    return files
