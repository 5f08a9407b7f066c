"""Invented goods, people and words of the simulator, in several languages and not all of them tame."""

from __future__ import annotations

GOODS: tuple[tuple[str, int, str, int, str], ...] = (
    ("Genshin Impact — 6480 Genesis Crystals", 101, "HoYoverse", 301, "Game top-up"),
    ("原神 6480 创世结晶 代充", 101, "HoYoverse", 301, "Game top-up"),
    ("WoW Gold · EU · Обмен в игре", 102, "Blizzard", 302, "Game currency"),
    ("حساب فورتنايت نادر 🎮", 103, "Epic Games", 303, "Game accounts"),
    ("Clé Steam « Élite » édition française", 104, "Valve", 304, "Game keys"),
    ("Netflix Premium 12 meses — cuenta compartida", 105, "Netflix", 305, "Subscriptions"),
    ("League of Legends Smurf, Level 30+, unverified", 106, "Riot Games", 303, "Game accounts"),
    ("Robux 10,000 <b>instant</b> & safe", 107, "Roblox", 301, "Game top-up"),
    ("Аккаунт Dota 2, 6000 MMR", 104, "Valve", 303, "Game accounts"),
    ("Windows 11 Pro キー（永続ライセンス）", 108, "Microsoft", 306, "Software keys"),
    ("=HYPERLINK(\"https://example.com\",\"Gift card 50\")", 109, "iTunes", 307, "Gift cards"),
    ("Güldmünzen für Größe-XXL-Server 🪙", 102, "Blizzard", 302, "Game currency"),
)  # fmt: skip

SKU_TITLES = ("EU", "NA", "Asia / 亚洲", "Global", "TR 🇹🇷", "CIS / СНГ")

BUYERS = (
    "Zoë Müller", "王小明", "Иван Петров", "محمد العلي", "José Núñez", "Nguyễn Văn A", "O'Brien, Séan", "さくら 🌸",
    "<script>alert('buyer')</script>", "Łukasz Żółć", "김민수", "Anna-Lena d'Arc", "Robert'); DROP TABLE buyers;--",
    "ελένη", "דנה לוי", "+1 555 buyer",
)  # fmt: skip

REQUIREMENTS = (
    "Server: EU-West\nCharacter: Ñandú-Zorro",
    "区服：天空岛\n角色名：小明🐉",
    "Please send to buyer@example.com, I cannot read the chat",
    "Сервер: Гордунни, ник: Вася",
    "<img src=x onerror=alert(1)> My account: player#1234",
    "",
    None,
    "أرسل الرمز هنا من فضلك",
)

COMPLAINTS = (
    (1, "Not as described", "The account is level 12 and not 30 😡"),
    (2, "Not received", "还没有收到货，请退款"),
    (3, "Account recalled", "Аккаунт восстановил прежний владелец"),
    (4, "Wrong product", "J'ai reçu la clé d'un autre jeu"),
    (99, None, "<a href=\"javascript:alert(1)\">proof</a>"),
)  # fmt: skip

CHAT_IN = (
    "Hi! Is it still available?",
    "你好，什么时候发货？",
    "Когда будет доставка?",
    "متى يصل الطلب؟ 🙏",
    "Merci, c'est parfait ! À bientôt",
    "<script>alert('chat')</script> hello?",
    "I can't log in 😢😢",
    "¿Puedes añadir más oro mañana?",
)

CHAT_OUT = ("Hello! Your order has been delivered.", "我们马上发货", "Please confirm the receipt, thank you 🙂")

ATTACHMENTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("TIMImageElem", {
        "uuid": "1853095_D61040894AC3DE44CDFFFB3EC7EB720F", "imageFormat": 1,
        "imageInfoArray": [{"type": 1, "size": 1853095, "width": 2448, "height": 3264,
                            "url": "https://img.example.com/chat/proof.jpg"}],
    }),
    ("TIMFileElem", {"url": "https://files.example.com/чек.pdf", "uuid": "f1", "fileSize": 1773552,
                     "fileName": "чек.pdf", "downloadFlag": 2}),
    ("TIMSoundElem", {"url": "https://files.example.com/voice.amr", "uuid": "s1", "size": 62351, "second": 4,
                      "downloadFlag": 2}),
    ("TIMVideoFileElem", {"videoUrl": "https://files.example.com/login.mp4", "videoUUID": "v1", "videoSize": 1194603,
                          "videoSecond": 5, "videoFormat": "mp4"}),
    ("TIMLocationElem", {"desc": "北京市", "latitude": 39.9042, "longitude": 116.4074}),
    ("TIMFaceElem", {"index": 6, "data": "🤝"}),
    ("TIMCustomElem", {"data": "{\"order\":\"card\"}", "desc": "Order card", "ext": "", "sound": ""}),
    ("TIMRelayElem", {"title": "Forwarded messages", "msgNum": 3}),
)  # fmt: skip
