"""Bulk changes: choose, set the rule, look at the dry run, send as one batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dashboard.catalog import bulk
from dashboard.catalog.bulk import CHANGE, KINDS, MOST, REFUSED, SAME, TITLES, Plan, Rule, Sealed
from dashboard.catalog.estimates import seconds_for
from dashboard.catalog.filters import PRODUCTS
from dashboard.catalog.forms import RuleForm
from dashboard.catalog.imports import Unusable
from dashboard.catalog.models import Product, Variant
from dashboard.catalog.prices import percent_text
from dashboard.core import formatting, html
from dashboard.core.matching import matched
from dashboard.core.pages import keys_of, redirect, render
from dashboard.staff.access import StaffRequest, requires
from dashboard.sync.batches import Wanted, skip, submit_batch
from dashboard.sync.kinds import Refused
from dashboard.sync.models import Batch
from dashboard.sync.web import form_key, new_form_key

OF_THE_RULE = ("what", "how", "value", "step", "listed", "run", "rows")
SHOWN, SHOWN_ALL = 10, 1000


@require_safe
@requires("catalog.edit")
def page(request: StaffRequest) -> HttpResponse:
    """The rule, and with `run=1` its dry run; nothing is sent."""
    form = RuleForm(request.GET, is_run="run" in request.GET)
    products = _selection(request)
    if products is None:
        return _rule_page(request, form, problem=_("Choose products in the list first."))
    rule = form.rule() if form.is_bound and form.is_valid() else None
    plan_of = rule or Rule(request.GET["what"] if request.GET.get("what") in TITLES else "price")
    rows = list(bulk.chosen(products, plan_of))
    if len(rows) > MOST:
        words = _("More than %(most)s match. Narrow the filter: a bulk change takes at most so many.")
        return _rule_page(request, form, problem=words % {"most": formatting.count(MOST)})
    if not rows:
        return _rule_page(request, form, problem=_("Nothing that can change is among them."))
    plan = bulk.make_plan(plan_of, rows)
    return plan_page(request, [plan]) if rule else _rule_page(request, form, plan)


@require_POST
@requires("catalog.edit")
def send(request: StaffRequest) -> HttpResponse:
    """Queue what the dry run showed as one batch; what changed since is skipped with its reason."""
    opened = [bulk.unsealed(one) for one in request.POST.getlist("plan")]
    plans = [one for one in opened if one is not None]
    if not plans or len(plans) < len(opened):
        messages.error(request, _("The dry run is too old. Nothing was sent; look at it again."))
        return redirect(request, reverse("catalog:list"))
    wrong = _unconfirmed(request, plans)
    if wrong:
        again = [bulk.make_plan(plan.rule, _rows(request, plan).values()) for plan in plans]
        return plan_page(request, again, error=wrong, status=422)
    try:
        batch = _queued(request, plans)
    except Refused as refused:
        messages.error(request, refused.words)
        return redirect(request, reverse("catalog:list"))
    return redirect(request, reverse("sync:batch", args=[batch.pk]))


def _unconfirmed(request: StaffRequest, plans: Sequence[Sealed]) -> str:
    """Why what was typed confirms nothing; empty when it is the number of changes that would be sent."""
    n = sum(len(plan.changes) for plan in plans)
    beyond = 0 if "beyond" in request.POST else sum(change[3] for plan in plans for change in plan.changes)
    typed = request.POST.get("typed", "").strip()
    if beyond and (n == beyond or typed == str(n)):
        words = ngettext(
            "%(n)s change is beyond ±20 %% and not confirmed. Nothing was sent.",
            "%(n)s changes are beyond ±20 %% and not confirmed. Nothing was sent.",
            beyond,
        )
        return words % {"n": formatting.count(beyond)}
    return "" if typed == str(n - beyond) else _("Type %(n)s to confirm. Nothing was sent.") % {"n": n - beyond}


def _queued(request: StaffRequest, plans: Sequence[Sealed]) -> Batch:
    """The batch of the plans. Raises `Refused`."""
    wanted, skipped = {}, []
    for plan in [one for one in plans if one.changes] or plans:
        wanted[KINDS[plan.rule.what]], left_out = _still_so(request, plan)
        skipped += left_out
    title = _title([plan.rule for plan in plans])
    return submit_batch(title, wanted, request.user, skipped=skipped, form_key=form_key(request))


def _title(rules: Sequence[Rule]) -> str:
    """What a bulk change is called."""
    return rules[0].title if len(rules) == 1 else _("Prices and stocks from a file")


def _selection(request: StaffRequest) -> Any:
    """The chosen products: all that a list matches, or those named; `None` when there are none."""
    everything = Product.objects.visible_to(request.user)
    found = matched(request, PRODUCTS.rows, everything)
    if found is not None:
        return found
    pks = keys_of(request.GET.getlist("pk")[:MOST])
    return everything.filter(pk__in=pks) if pks else None


def _rows(request: StaffRequest, plan: Sealed) -> dict[int, Any]:
    """The rows of a sealed plan as they are now, of what the person may see."""
    pks = [change[0] for change in plan.changes] + plan.refused
    if plan.rule.what == "listing":
        return Product.objects.visible_to(request.user).listed().in_bulk(pks)
    return Variant.objects.visible_to(request.user).whole().in_bulk(pks)


def _still_so(request: StaffRequest, plan: Sealed) -> tuple[list[Wanted], list[dict[str, Any]]]:
    """What can be sent just as it was shown; what cannot, or could not even then, with the reason."""
    changes = {change[0]: change[1:] for change in plan.changes}
    wanted, skipped = [], []
    for group in bulk.make_plan(plan.rule, _rows(request, plan).values()).groups:
        for item in group.items:
            why = _why_not(item, plan.rule.what, changes.get(item.row.pk), beyond="beyond" in request.POST)
            if why:
                skipped.append(skip(group.connection, item.target.remote_id, item.target.label, why))
            else:
                wanted.append(Wanted(group.connection, item.target, bulk.payload_of(item, KINDS[plan.rule.what])))
    return wanted, skipped


def _why_not(item: bulk.Item, what: str, shown: list[Any] | None, *, beyond: bool) -> str:
    """Why an item cannot be sent just as it was shown (value then, new one, whether to be confirmed)."""
    if shown is None:
        return item.why or _("It could not be sent when the dry run was made.")
    now, new, flagged = shown
    if bulk.text(item.now) != now:
        return _("Now %(now)s, changed since the dry run.") % {"now": bulk.shown(item, what, item.now)}
    if bulk.text(item.new) != new:
        return _("The rule gives another value now.")
    if flagged and not beyond:
        return _("Beyond ±20 %, not confirmed.")
    return item.why if item.verdict == REFUSED else ""


def _rule_page(request: StaffRequest, form: RuleForm, chosen: Plan | None = None, problem: str = "") -> HttpResponse:
    """The rule, beside what is chosen and what of it cannot take part. `problem`: why no rule helps."""
    what = request.GET.get("what", "")
    context = {
        "form": form,
        "chosen": _chosen_words(chosen) if chosen else "",
        "groups": [_chosen(group, chosen.rule.what) for group in chosen.groups] if chosen else [],
        "cannot": _cannot(chosen) if chosen and what in TITLES else "",
        "problem": problem,
        "kept": _kept(request),
        "what": what,
        "title": _("Bulk change: %(what)s") % {"what": TITLES[what]} if what in TITLES else _("Bulk change"),
    }
    return render(request, "catalog/bulk.html", context, status=422 if form.errors else 200)


def _chosen_words(plan: Plan) -> str:
    """How much is chosen, and how much of that no rule can change."""
    n, out = plan.total, sum(len(group.items) for group in plan.groups if group.why)
    if plan.rule.what == "listing":
        words = ngettext("%(n)s product chosen.", "%(n)s products chosen.", n)
    else:
        words = ngettext("%(n)s variant chosen.", "%(n)s variants chosen.", n)
    left = ngettext("%(n)s cannot take part.", "%(n)s cannot take part.", out) % {"n": formatting.count(out)}
    return " ".join([words % {"n": formatting.count(n)}, *([left] if out else [])])


def _cannot(plan: Plan) -> str:
    """Why nothing that is chosen can take part, whatever the rule; empty when something can."""
    reasons = [group.why for group in plan.groups]
    if not all(reasons):
        return ""
    return reasons[0] if len(reasons) == 1 else _("None of these can take part: each connection says why.")


def _chosen(group: bulk.Group, what: str) -> dict[str, Any]:
    """What is chosen of one connection, as it is now."""
    return {
        "connection": html.connection(group.connection.mark, group.connection.title),
        "title": group.connection.title,
        "why": group.why,
        "total": len(group.items),
        "rows": [] if group.why else [_now(item, what) for item in group.items[:SHOWN]],
    }


def _now(item: bulk.Item, what: str) -> dict[str, Any]:
    return {
        "sku": item.target.ref.sku or item.target.remote_id if item.target.ref else item.target.remote_id,
        "label": item.target.label,
        "now": bulk.shown(item, what, item.now),
        "currency": item.currency,
    }


def plan_page(
    request: StaffRequest, plans: list[Plan], error: str = "", status: int = 200, unusable: Sequence[Unusable] = ()
) -> HttpResponse:
    """The dry run of one rule, or of the two columns of a file; `unusable` are the rows of a file that name nothing."""
    from_file = plans[0].rule.is_from_file
    changes, calls = sum(plan.count(CHANGE) for plan in plans), sum(plan.calls for plan in plans)
    seconds = _seconds(plans)
    several = len(plans) > 1
    context = {
        "title": _title([plan.rule for plan in plans]),
        "is_from_file": from_file,
        "error": error,
        "changes": changes,
        "same": sum(plan.count(SAME) for plan in plans),
        "refused": sum(plan.count(REFUSED) for plan in plans) + len(unusable),
        "chosen": sum(plan.total for plan in plans) + len(unusable),
        "unusable": unusable[:SHOWN_ALL],
        "unusable_n": len(unusable),
        "beyond": (beyond := sum(plan.flagged for plan in plans)),
        "within": changes - beyond,
        "calls": calls,
        "time": formatting.duration(max(1, *seconds.values())) if changes else "",
        "groups": [
            _group(g, plan.rule, seconds, from_file or request.GET.get("rows", "") == g.connection.slug, several)
            for plan in plans
            for g in plan.groups
        ],
        "sums": [line for plan in plans if plan.rule.what == "price" for line in _sums(plan)],
        "sealed": [plan.sealed() for plan in plans],
        "form_key": new_form_key(),
        "rule_url": reverse("catalog:bulk_file") if from_file else _rule_url(request),
        "says": _says(changes, len({g.connection.pk for plan in plans for g in plan.groups if g.of(CHANGE)})),
    }
    return render(request, "catalog/bulk_plan.html", context, status=status)


def _says(changes: int, connections: int) -> str:
    """How many changes go where."""
    what = ngettext("%(n)s change", "%(n)s changes", changes) % {"n": formatting.count(changes)}
    where = ngettext("%(n)s connection", "%(n)s connections", connections) % {"n": formatting.count(connections)}
    return _("%(changes)s on %(connections)s.") % {"changes": what, "connections": where}


def _seconds(plans: list[Plan]) -> dict[int, float]:
    """How long each connection will be busy with all of the plans."""
    calls: dict[int, int] = defaultdict(int)
    connections = {}
    for plan in plans:
        for group in plan.groups:
            connections[group.connection.pk] = group.connection
            calls[group.connection.pk] += group.calls
    return seconds_for(list(connections.values()), calls)


def _group(group: bulk.Group, rule: Rule, seconds: dict[int, float], is_open: bool, several: bool) -> dict[str, Any]:
    """One connection of the dry run, formatted; what needs a look comes first. `several`: what it changes is named."""
    most = SHOWN_ALL if is_open else SHOWN
    rank = {REFUSED: 1, CHANGE: 2, SAME: 3}
    items = sorted(group.items, key=lambda item: 0 if item.is_flagged else rank[item.verdict])
    changes = len(group.of(CHANGE))
    rows = [_line(item, rule) for item in items[:most]] if not group.why else []
    return {
        "connection": html.connection(group.connection.mark, group.connection.title),
        "what": TITLES[rule.what] if several else "",
        "title": group.connection.title,
        "slug": group.connection.slug,
        "why": group.why,
        "paused": not group.connection.is_at_work,
        "changes": changes,
        "same": len(group.of(SAME)),
        "refused": len(group.of(REFUSED)),
        "flagged": len(group.flagged),
        "calls": group.calls,
        "time": formatting.duration(max(1, seconds[group.connection.pk])),
        "total": len(group.items),
        "rows": rows,
        "has": {name: any(row[name] for row in rows) for name in ("percent", "remark")},
    }


def _line(item: bulk.Item, rule: Rule) -> dict[str, Any]:
    remark = item.why or {SAME: _("already so"), CHANGE: ""}.get(item.verdict, "")
    return _now(item, rule.what) | {
        "new": bulk.shown(item, rule.what, item.new),
        "percent": percent_text(item.percent) if item.verdict == CHANGE else "",
        "tone": "wait" if item.is_flagged else "act" if item.verdict == REFUSED else "",
        "flagged": item.is_flagged,
        "remark": _("beyond ±20 %, confirm") if item.is_flagged else remark,
    }


def _sums(plan: Plan) -> list[dict[str, str]]:
    """The sum of the changing prices before and after, one currency a line."""
    before: dict[str, Decimal] = defaultdict(Decimal)
    after: dict[str, Decimal] = defaultdict(Decimal)
    for group in plan.groups:
        for item in group.of(CHANGE):
            before[item.currency] += item.now or 0
            after[item.currency] += item.new
    return [
        {"before": formatting.money(before[code], code), "after": formatting.money(after[code], code)}
        for code in sorted(before)
    ]


def _kept(request: StaffRequest) -> list[tuple[str, str]]:
    """The selection as hidden fields."""
    return [(name, value) for name, values in request.GET.lists() if name not in OF_THE_RULE for value in values]


def _rule_url(request: StaffRequest) -> str:
    """Back to the rule with the same selection."""
    query = request.GET.copy()
    query.pop("run", None)
    query.pop("rows", None)
    return f"{reverse('catalog:bulk')}?{query.urlencode()}"
