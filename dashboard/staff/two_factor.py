"""The second step: a time-based code from the person's own device (TOTP), offered and never forced."""

import base64
from dataclasses import dataclass

import segno
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django_otp.plugins.otp_totp.models import TOTPDevice

from dashboard.staff.models import User

TRUST_COOKIE = "second_step"
TRUST_SECONDS = 30 * 86400
_SALT = "dashboard.staff.two_factor"


@dataclass(frozen=True)
class Drawing:
    """A QR code as one SVG path on a square of `size` units, so that the template draws it without inline style."""

    size: int
    path: str


def device_of(user: User) -> TOTPDevice | None:
    """The device that sign-in asks for, if the person has confirmed one."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def pending_device(user: User) -> TOTPDevice | None:
    """The device that is being set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


def enrol(user: User) -> TOTPDevice:
    """Begin anew: a fresh secret that waits to be confirmed; an earlier unfinished one is dropped."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name=user.username, confirmed=False)


def confirm(user: User, code: str) -> bool:
    """Turn the second step on where the code proves that the device holds the secret."""
    device = pending_device(user)
    if device is None or not device.verify_token(code):
        return False
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return True


def disable(user: User) -> bool:
    """Turn the second step off; whether it was on."""
    removed, _by_model = TOTPDevice.objects.filter(user=user).delete()
    return removed > 0


def draw(device: TOTPDevice) -> Drawing:
    """The QR code that an authenticator app reads."""
    code = segno.make(device.config_url, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    cells = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Drawing(len(rows), "".join(cells))


def trusts(request: HttpRequest, user: User) -> bool:
    """Whether this browser gave the person's code within 30 days; a new password or device ends that."""
    try:
        given = signing.loads(request.COOKIES.get(TRUST_COOKIE, ""), salt=_SALT, max_age=TRUST_SECONDS)
    except signing.BadSignature:
        return False
    return given == _fingerprint(user)


def trust(response: HttpResponse, user: User) -> None:
    """Remember for 30 days that this browser passed the second step."""
    response.set_cookie(
        TRUST_COOKIE,
        signing.dumps(_fingerprint(user), salt=_SALT),
        max_age=TRUST_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _fingerprint(user: User) -> list[str]:
    device = device_of(user)
    return [str(user.pk), str(device.pk if device else ""), user.get_session_auth_hash()[:32]]


def secret_of(device: TOTPDevice) -> str:
    """The secret in the groups of four that people type where no camera helps."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
