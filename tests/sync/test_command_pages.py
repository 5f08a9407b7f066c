"""One command's page and one batch's: proof, decision, trying again."""

import pytest
from django.utils import timezone

from channels.errors import NotSent
from channels.records import Receipt
from dashboard.sync import engine
from dashboard.sync import verify as proofs
from dashboard.sync.kinds import NEVER, Witness, absent, undecided
from dashboard.sync.models import Batch, Command
from dashboard.sync.models.commands import DONE, FAILED, NEEDS_REVIEW, QUEUED, REJECTED, UNKNOWN
from dashboard.sync.verify import verify
from tests.connected import pull, queue
from tests.pages import assert_strict_html, flat
from tests.sync.scripted import scripted
from tests.sync.test_pages import HTMX, admin, fill

__all__ = ["admin"]


def post(client, command, verb, **data):
    return client.post(f"/activity/commands/{command.pk}/{verb}/", data)


@pytest.fixture
def told(monkeypatch):
    """What workers were told."""
    kept = []

    def tell(task, *args):
        kept.append((task.name.rpartition(".")[2], *args))

    for place in ("commands", "managing"):
        monkeypatch.setattr(f"dashboard.sync.views.{place}.tell", tell)
    return kept


@pytest.fixture
def doubtful(shop, note):
    command = queue(shop.connection, "test.note", "7", value=3)
    Command.objects.filter(pk=command.pk).update(state=UNKNOWN, attempts=1, sent_at=timezone.now())
    command.refresh_from_db()
    return command


def test_the_page_shows_question_answer_time_and_verdict(client_for, doubtful, note):
    note.findings = [absent("The order is not there.", Witness("Read order 7", "404"), Witness("List orders", "none"))]
    Command.objects.update(state=NEEDS_REVIEW)
    proofs.ask(doubtful.pk)
    text = client_for("finance").get(f"/activity/commands/{doubtful.pk}/").content.decode()
    for words in ("Read order 7", "404", "List orders", "none", "The order is not there.", "All witnesses agree."):
        assert words in text
    assert "It is not on the platform" in text
    assert "Prove it" in text
    assert "It did not: send it again" in text


def test_what_was_not_answered_is_said_once(client_for, doubtful, note):
    note.findings = [NotSent("503 Service Unavailable")]
    proofs.ask(doubtful.pk)
    text = flat(client_for("finance").get(f"/activity/commands/{doubtful.pk}/"))
    evidence = text.partition('<details class="evidence')[2].partition("</details>")[0]
    assert "The platform did not answer" in evidence
    assert text.count("did not answer") == 1
    assert '<div class="verdict"><strong>503 Service Unavailable</strong></div>' in evidence


def test_send_again_is_offered_only_after_proven_absence(client_for, doubtful, note):
    client = client_for("finance")
    page = f"/activity/commands/{doubtful.pk}/"
    assert "It did not: send it again" not in client.get(page).content.decode()
    assert post(client, doubtful, "settle", outcome="absent", why="I think so").status_code == 422
    doubtful.refresh_from_db()
    assert doubtful.state == UNKNOWN
    Command.objects.update(evidence=[{"verdict": "absent", "sentence": "No.", "at": timezone.now().isoformat()}])
    assert "It did not: send it again" in client.get(page).content.decode()
    assert post(client, doubtful, "settle", outcome="absent", why="proven").status_code == 302
    doubtful.refresh_from_db()
    assert doubtful.state == QUEUED


@pytest.mark.usefixtures("stopped_clock")
def test_proving_tells_a_worker_and_waits_for_its_answer(client_for, doubtful, note, told):
    client = client_for("fulfilment")
    response = client.post(f"/activity/commands/{doubtful.pk}/prove/", headers=HTMX)
    assert response.status_code == 200
    assert told == [("verify_command", doubtful.pk)]
    text = response.content.decode()
    assert "The platform is being asked" in text
    url = text.partition('data-hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    waiting = client.get(url, headers=HTMX)
    assert "HX-Refresh" not in waiting
    assert client.get(url, headers=HTMX | {"If-None-Match": waiting["ETag"]}).status_code == 304
    note.findings = [undecided("Hm.")]
    verify(doubtful.pk, ignore_backoff=True)
    assert client.get(url, headers=HTMX)["HX-Refresh"] == "true"


def test_what_waits_for_a_person_is_asked_without_changing_its_state(client_for, doubtful, told):
    Command.objects.update(state=NEEDS_REVIEW)
    response = post(client_for("finance"), doubtful, "prove")
    assert (response.status_code, told) == (302, [("prove_command", doubtful.pk)])
    assert "asked=1" in response.url


def test_a_viewer_proves_nothing_and_what_is_settled_is_not_asked(client_for, doubtful, told):
    assert post(client_for("viewer"), doubtful, "prove").status_code == 403
    Command.objects.update(state=DONE)
    assert post(client_for("finance"), doubtful, "prove").status_code == 422
    assert told == []


def test_what_no_endpoint_tells_offers_no_proof_but_a_decision(client_for, shop, told):
    with scripted(name="test.never", repeat=NEVER):
        command = queue(shop.connection, "test.never", "7", value=3)
        Command.objects.update(state=NEEDS_REVIEW)
        text = client_for("finance").get(f"/activity/commands/{command.pk}/").content.decode()
        assert "Prove it" not in text
        assert "It did not: send it again" in text
        assert post(client_for("finance"), command, "prove").status_code == 422
        assert told == []


def test_settling_needs_a_reason_and_the_permission(client_for, doubtful):
    assert post(client_for("fulfilment"), doubtful, "settle", outcome="done", why="seen").status_code == 403
    response = post(client_for("finance"), doubtful, "settle", outcome="done", why="")
    assert response.status_code == 422
    assert_strict_html(response)
    assert "Nothing was sent" in response.content.decode()
    doubtful.refresh_from_db()
    assert doubtful.state == UNKNOWN
    assert post(client_for("finance"), doubtful, "settle", outcome="done", why="seen there").status_code == 302
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.error) == (DONE, "Settled by a person: seen there")
    assert post(client_for("finance"), doubtful, "settle", outcome="done", why="again").status_code == 422


@pytest.mark.parametrize("state", [REJECTED, FAILED])
def test_a_failed_command_is_tried_again_as_a_new_one(client_for, doubtful, note, state):
    client = client_for("fulfilment")
    Command.objects.update(state=state)
    assert "Try again" in client.get(f"/activity/commands/{doubtful.pk}/").content.decode()
    for _ in range(2):
        response = post(client, doubtful, "retry", form_key="one")
    new = Command.objects.exclude(pk=doubtful.pk).get()
    assert response.url == f"/activity/commands/{new.pk}/"
    assert (new.state, new.payload, new.target, new.actor.username) == (
        QUEUED,
        {"value": 3, "secret": ""},
        "7",
        "fulfilment",
    )
    doubtful.refresh_from_db()
    assert doubtful.state == state


@pytest.mark.parametrize("state", [QUEUED, UNKNOWN, NEEDS_REVIEW, DONE])
def test_a_page_that_is_still_open_tries_nothing_again_twice(client_for, doubtful, note, state):
    client = client_for("fulfilment")
    Command.objects.update(state=REJECTED)
    new = Command.objects.get(pk=post(client, doubtful, "retry", form_key="one").url.split("/")[-2])
    Command.objects.filter(pk=new.pk).update(state=state)
    assert post(client, doubtful, "retry", form_key="two").url == f"/activity/commands/{new.pk}/"
    assert Command.objects.count() == 2
    page = client.get(f"/activity/commands/{doubtful.pk}/").content.decode()
    assert "Try again" not in page
    assert f'href="/activity/commands/{new.pk}/">What was given since' in page


def test_what_was_tried_again_in_vain_is_tried_once_more(client_for, doubtful, note):
    client = client_for("fulfilment")
    for key in ("one", "two", "three"):
        Command.objects.update(state=REJECTED)
        assert post(client, doubtful, "retry", form_key=key).status_code == 302
    assert Command.objects.count() == 4


def test_another_text_since_stands_in_nobodys_way(client_for, shop, note):
    old = queue(shop.connection, "test.note", "7", value=3)
    Command.objects.update(state=REJECTED)
    queue(shop.connection, "test.note", "7", value=4)
    Command.objects.filter(state=QUEUED).update(state=DONE)
    assert post(client_for("fulfilment"), old, "retry", form_key="one").status_code == 302
    assert Command.objects.count() == 3


def test_an_old_value_is_not_tried_again_over_a_newer_one(client_for, shop, setter):
    client = client_for("fulfilment")
    old = queue(shop.connection, "test.set", "7", value=3)
    Command.objects.update(state=FAILED)
    newer = queue(shop.connection, "test.set", "7", value=4)
    Command.objects.filter(pk=newer.pk).update(state=DONE)
    response = post(client, old, "retry", form_key="one")
    assert response.status_code == 422
    assert_strict_html(response)
    text = response.content.decode()
    assert "Another value was given since: “Note 4”. Nothing was queued." in text
    assert f'href="/activity/commands/{newer.pk}/">What was given since' in text
    assert Command.objects.count() == 2


@pytest.mark.parametrize("state", [UNKNOWN, NEEDS_REVIEW, QUEUED, DONE])
def test_nothing_else_can_be_tried_again(client_for, doubtful, note, state):
    client = client_for("fulfilment")
    Command.objects.update(state=state)
    assert "Try again" not in client.get(f"/activity/commands/{doubtful.pk}/").content.decode()
    assert post(client, doubtful, "retry").status_code == 422
    assert Command.objects.count() == 1


def test_who_may_not_give_a_command_may_not_retry_it(client_for, doubtful):
    Command.objects.update(state=REJECTED)
    assert "Try again" not in client_for("viewer").get(f"/activity/commands/{doubtful.pk}/").content.decode()
    assert post(client_for("viewer"), doubtful, "retry").status_code == 422
    assert Command.objects.count() == 1


def test_an_unsent_command_can_be_cancelled(client_for, shop, note):
    command = queue(shop.connection, "test.note", "7", value=3)
    client = client_for("finance")
    assert "Cancel it" in client.get(f"/activity/commands/{command.pk}/").content.decode()
    response = post(client, command, "settle", outcome="cancelled", why="Cancelled before it was sent.")
    assert response.status_code == 302
    assert engine.perform(command.pk) is None


# -- batches ---------------------------------------------------------------------------------------------------------


def test_a_batch_counts_itself_and_retries_only_what_was_refused(client_for, shop, note):
    batch = fill(shop.connection, 5)  # unknown, done, rejected, unknown, done
    client = client_for("fulfilment")
    text = client.get(f"/activity/batches/{batch.pk}/").content.decode()
    assert "2 confirmed, 1 refused or failed, 2 unknown, 1 skipped, 0 to go" in text
    tiles = text.partition('aria-label="Counts"')[2].partition("</section>")[0]
    assert "Refused or failed</span>" in tiles
    assert "Confirmed</span>" in tiles
    assert "Rejected" not in text
    assert "Many &lt;b&gt;notes" in text
    assert 'data-hx-trigger="every 2s"' in text
    for _ in range(2):
        response = client.post(f"/activity/batches/{batch.pk}/retry/", {"form_key": "one"})
    new = Batch.objects.exclude(pk=batch.pk).get()
    assert response.url == f"/activity/batches/{new.pk}/"
    assert (new.title, [c.target for c in new.commands.all()]) == ("Many <b>notes</b>, again", ["t2"])
    assert Command.objects.filter(batch=batch).count() == 5


def test_a_batch_is_not_tried_again_twice(client_for, shop, note):
    batch = fill(shop.connection, 5)  # one is refused
    client = client_for("fulfilment")
    client.post(f"/activity/batches/{batch.pk}/retry/", {"form_key": "one"})
    same = Command.objects.filter(target="t2")
    same.update(payload_digest=same.latest("pk").payload_digest)  # these rows were not made by a form
    same.filter(state=QUEUED).update(state=DONE)
    client.post(f"/activity/batches/{batch.pk}/retry/", {"form_key": "two"})
    again = Batch.objects.latest("pk")
    assert same.count() == 2
    assert [(one["target"], one["reason"]) for one in again.skipped] == [("t2", "The same was given again since.")]


def test_a_batch_without_refusals_offers_no_retry(client_for, shop, note):
    batch = fill(shop.connection, 2)
    client = client_for("fulfilment")
    assert "Retry the" not in client.get(f"/activity/batches/{batch.pk}/").content.decode()
    assert client.post(f"/activity/batches/{batch.pk}/retry/", {"form_key": "one"}).status_code == 422
    assert client_for("viewer").post(f"/activity/batches/{batch.pk}/retry/", {}).status_code == 422
    assert Batch.objects.count() == 1


@pytest.mark.usefixtures("stopped_clock")
def test_a_finished_batch_stops_asking(client_for, shop, note):
    batch = fill(shop.connection, 2)
    Command.objects.update(state=DONE)
    response = client_for("viewer").get(f"/activity/batches/{batch.pk}/", headers=HTMX)
    assert "every 2s" not in response.content.decode()
    again = client_for("viewer").get(
        f"/activity/batches/{batch.pk}/", headers=HTMX | {"If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304


def test_the_row_polls_until_it_is_final(client_for, shop, note):
    command = queue(shop.connection, "test.note", "7", value=3)
    url = f"/activity/commands/{command.pk}/row/"
    assert "every 2s" in client_for("viewer").get(url).content.decode()
    note.answers = [Receipt()]
    engine.perform(command.pk)
    text = client_for("viewer").get(url).content.decode()
    assert "every 2s" not in text
    assert "Confirmed by" in text


def test_runs_of_a_real_feed_have_their_exchanges(admin, shop):
    (run,) = pull(shop.connection, "products")
    text = admin.get(f"/activity/runs/{run.pk}/").content.decode()
    assert "POST CatalogProductsFind" in text
