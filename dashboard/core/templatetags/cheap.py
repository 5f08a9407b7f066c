"""Block tags that make long pages cheap: ``{% load cheap %}``."""

import html
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, VariableNode
from django.template.defaulttags import CsrfTokenNode
from django.utils.translation import get_language

register = template.Library()
MOST_KEPT = 200


class Each(Node):
    """Rows that are printed."""

    def __init__(self, rows: FilterExpression, pieces: list[tuple[Node, str]]) -> None:
        self.rows = rows
        self.pieces = pieces

    def render(self, context: Any) -> str:
        """Every row; what does not come from the row is looked up once."""
        pieces = [(key, "" if key else str(node.render_annotated(context))) for node, key in self.pieces]
        return "".join(
            _escaped(row[key]) if key else text for row in self.rows.resolve(context) for key, text in pieces
        )


@register.tag
def each(parser: Parser, token: Token) -> Each:
    """``{% each row in rows %}<td>{{ row.name }}</td>{% endeach %}``: a ``for`` that only prints.

    Rows are dicts. The body holds text, plain ``{{ row.key }}`` and tags that say the same for every row. Raises
    KeyError for a row without the key.
    """
    try:
        _tag, name, _in, rows = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("Write {% each row in rows %}.") from None
    body = parser.parse(("endeach",))
    parser.delete_first_token()
    return Each(parser.compile_filter(rows), [(node, _key(node, name)) for node in body])


def _escaped(value: Any) -> str:
    """What ``conditional_escape`` gives, which would ask twice as long whether the text is a lazy one."""
    return str(value.__html__()) if hasattr(value, "__html__") else html.escape(str(value))


def _key(node: Node, name: str) -> str:
    """Which value of the row a node prints; empty for what is the same for every row."""
    if not isinstance(node, VariableNode):
        return ""
    expression = node.filter_expression
    lookups = getattr(expression.var, "lookups", None) or ()
    if not lookups or lookups[0] != name:
        return ""
    if len(lookups) != 2 or expression.filters:
        raise template.TemplateSyntaxError(f"{{% each %}} prints {{{{ {name}.key }}}} as it is: format it in Python.")
    return str(lookups[1])


class Kept(Node):
    """A part of a page that is rendered once for each set of values."""

    def __init__(self, values: list[FilterExpression], nodelist: NodeList) -> None:
        self.values = values
        self.nodelist = nodelist
        self.found: dict[Any, str] = {}

    def render(self, context: Any) -> str:
        """What was kept for these values and this language."""
        key = (get_language(), *(value.resolve(context, ignore_failures=True) for value in self.values))
        if None in key[1:]:
            return self.nodelist.render(context)
        found = self.found.get(key)
        if found is None:
            if len(self.found) >= MOST_KEPT:
                self.found.clear()
            found = self.found[key] = self.nodelist.render(context)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """``{% kept by frame.shown %}…{% endkept %}``: rendered once in a process for each language and set of values.

    The values (hashable) say everything that the part depends on; None among them renders it anew each time. Without
    ``by`` it depends on the language alone.
    """
    _tag, *values = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(CsrfTokenNode):
        raise template.TemplateSyntaxError("A form's token is not to be kept for others.")
    return Kept([parser.compile_filter(value) for value in values[1:]], nodelist)
