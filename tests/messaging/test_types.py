"""Every type of message is shown for what it is."""

import pytest

from channels.imetastore.messages import KINDS as DECLARED
from dashboard.messaging.words import KINDS
from tests.connected import pull
from tests.pages import flat

pytestmark = pytest.mark.django_db
SENT = {
    "TIMImageElem": ({"imageInfoArray": [{"URL": "https://i.example/1.jpg"}]}, "Picture", 'class="photo picture"'),
    "TIMFileElem": ({"fileName": "box.pdf", "url": "https://i.example/box.pdf"}, "File", "box.pdf"),
    "TIMSoundElem": ({"second": 12, "url": "https://i.example/a.mp3"}, "Voice message", "12 s"),
    "TIMVideoFileElem": ({"videoSecond": 7, "videoUrl": "https://i.example/a.mp4"}, "Video", "7 s"),
    "TIMLocationElem": ({"desc": "Leipzig", "latitude": 51.3, "longitude": 12.4}, "Location", "Leipzig (51.3, 12.4)"),
    "TIMFaceElem": ({"index": 3, "data": "[grin]"}, "Emoticon", "[grin]"),
    "TIMCustomElem": ({"desc": "Order card"}, "Card of the platform", "Order card"),
    "TIMRelayElem": ({"title": "Older talk"}, "Message of the type “TIMRelayElem”", "Older talk"),
}


@pytest.mark.parametrize("kind", SENT)
def test_it_is_named_and_its_content_stands_beside(chat, thread_of, client_for, kind):
    content, word, shown = SENT[kind]
    thread = thread_of(chat)
    chat.sandbox.add_message(int(thread.remote_id), kind, content)
    pull(chat.connection, "messages")
    page = flat(client_for("viewer").get(f"/messages/{thread.pk}/"))
    bubble = page.rpartition('<div class="bubble">')[2].partition("</div>")[0]
    assert f"{word}</span>" in bubble
    assert shown in bubble
    assert "[image]" not in bubble
    assert "[voice]" not in bubble


def test_every_declared_kind_has_words():
    assert set(DECLARED.values()) - {"text"} == set(KINDS)


def test_a_text_that_begins_with_a_bracket_stays_as_it_was_written(chat, thread_of, client_for):
    thread = thread_of(chat)
    chat.sandbox.add_message(int(thread.remote_id), "TIMTextElem", {"text": "[image] is what I see"})
    pull(chat.connection, "messages")
    page = client_for("viewer").get(f"/messages/{thread.pk}/").content.decode()
    assert '<div class="bubble">[image] is what I see</div>' in page


def test_the_list_says_it_in_the_readers_words(chat, thread_of, client_for):
    thread = thread_of(chat)
    chat.sandbox.add_message(int(thread.remote_id), "TIMFileElem", {"fileName": "box.pdf"})
    pull(chat.connection, "messages")
    for language, shown in (("en", "File · box.pdf"), ("zh-hans", "文件 · box.pdf")):
        client = client_for("viewer")
        client.cookies["django_language"] = language
        assert shown in client.get("/messages/?view=all").content.decode()
