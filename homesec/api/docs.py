"""The documentation as a page: plain HTML made from the OpenAPI document, without a script and from no other host."""

from collections.abc import Iterator
from html import escape
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


def page(openapi: dict[str, Any]) -> str:
    """All routes by tag, with parameters, bodies and answers."""
    title = escape(f"{openapi['info']['title']} {openapi['info']['version']}")
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>',
            f"<h1>{title}</h1><p>{escape(openapi['info'].get('description', ''))}</p>",
            '<p>The same for programs: <a href="/api/openapi.json">openapi.json</a></p>',
            *_routes(openapi),
            "<h2>Schemas</h2>",
            *_schemas(openapi.get("components", {}).get("schemas", {})),
            "</body></html>",
        ]
    )


def _routes(openapi: dict[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in openapi["paths"].items():
        for method in _METHODS:
            if operation := methods.get(method):
                by_tag.setdefault(operation.get("tags", ["other"])[0], []).append((method, path, operation))
    for tag, operations in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>"
        for method, path, operation in operations:
            yield f"<details><summary><b>{method.upper()}</b> <code>{escape(path)}</code></summary>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            yield from _parameters(operation)
            for kind, content in operation.get("requestBody", {}).get("content", {}).items():
                yield f"<p>Body: <code>{escape(kind)}</code> {_name(content.get('schema', {}))}</p>"
            yield "<ul>"
            for status, answer in operation["responses"].items():
                shown = [_name(content.get("schema", {})) for content in answer.get("content", {}).values()]
                yield f"<li><b>{escape(status)}</b> {escape(answer.get('description', ''))} {' '.join(shown)}</li>"
            yield "</ul></details>"


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>parameter</th><th>in</th><th>type</th><th></th></tr>"
        for one in parameters:
            cells = (escape(one["name"]), escape(one["in"]), _name(one.get("schema", {})))
            yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells)
            yield f"<td>{escape(one.get('description', ''))}</td></tr>"
        yield "</table>"


def _schemas(schemas: dict[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"<p>{escape(schema.get('description', ''))}</p><table>"
        for field, facts in schema.get("properties", {}).items():
            yield f"<tr><td><code>{escape(field)}</code></td><td>{_name(facts)}</td>"
            yield f"<td>{escape(facts.get('description', ''))}</td></tr>"
        yield "</table></details>"


def _name(schema: dict[str, Any]) -> str:
    """A type in short, linked to its schema."""
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if choices := schema.get("anyOf"):
        return " or ".join(_name(choice) for choice in choices)
    if "enum" in schema:
        return " | ".join(escape(str(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_name(schema.get('items', {}))}"
    return escape(str(schema.get("format", schema.get("const", schema.get("type", "any")))))
