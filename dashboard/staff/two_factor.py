"""The second step: a time-based code from the person's own device (TOTP, RFC 6238), offered and never forced.

Ten recovery codes, each good once, stand in for a lost device. Secrets are encrypted, recovery codes kept as digests.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_otp.oath import TOTP

from dashboard.staff.models import Authenticator, RecoveryCode, User

ISSUER = "Seller dashboard"
TRUST_COOKIE = "second_step"
TRUST_SECONDS = 30 * 86400
STEP_SECONDS = 30
TOLERATED_STEPS = 1
LONGEST_PAUSE = 15 * 60
RECOVERY_CODES = 10
BY_DEVICE, BY_RECOVERY_CODE = "device", "recovery code"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look like another
_GROUPS, _GROUP = 4, 4
_SALT = "dashboard.staff.two_factor"


@dataclass(frozen=True)
class Drawing:
    """A QR code as one SVG path on a square of `size` units, so that the template draws it without inline style."""

    size: int
    path: str


def device_of(user: User) -> Authenticator | None:
    """The device that sign-in asks for, if the person has confirmed one."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


def pending_device(user: User) -> Authenticator | None:
    """The device that is being set up."""
    return Authenticator.objects.filter(user=user, confirmed=False).first()


def enrol(user: User) -> Authenticator:
    """Begin anew: a fresh secret that waits to be confirmed; an earlier unfinished one is dropped."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    with transaction.atomic():
        Authenticator.objects.filter(user=user, confirmed=False).delete()
        return Authenticator.objects.create(user=user, secret=secret)


def confirm(user: User, code: str) -> list[str] | None:
    """Turn the second step on where the code proves that the device holds the secret.

    Returns the new recovery codes, to be shown this once; None where the code does not fit.
    """
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or _is_paused(device):
            return None
        fits = _answers(device, code)
        _note(device, fits)
        if not fits:
            return None
        Authenticator.objects.filter(user=user, confirmed=True).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return new_recovery_codes(user)


def disable(user: User) -> bool:
    """Turn the second step off and forget the recovery codes; whether it was on or being set up."""
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
    return removed > 0


def accepted(user: User, typed: str) -> str:
    """How the person proved themselves: `BY_DEVICE`, `BY_RECOVERY_CODE`, or empty where the code is refused.

    A code of either sort is good once. Each refusal doubles a pause (from one second to 15 minutes) in which every
    code is refused. Someone whose second step was turned off meanwhile needs none.
    """
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return BY_DEVICE
        if _is_paused(device):
            return ""
        how = BY_DEVICE if _answers(device, typed) else BY_RECOVERY_CODE if _spend(user, typed) else ""
        _note(device, bool(how))
        return how


def new_recovery_codes(user: User) -> list[str]:
    """Ten fresh codes in place of all earlier ones. Only their digests are kept: show them now or never."""
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return codes


def recovery_codes_left(user: User) -> int:
    """How many recovery codes the person has not used."""
    return RecoveryCode.objects.filter(user=user).count()


def draw(device: Authenticator) -> Drawing:
    """The QR code that an authenticator app reads."""
    code = segno.make(address_of(device), error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    cells = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Drawing(len(rows), "".join(cells))


def address_of(device: Authenticator) -> str:
    """The ``otpauth:`` address that the QR code holds: issuer, user name, secret."""
    label = quote(f"{ISSUER}:{device.user.get_username()}")
    given = {"secret": device.secret, "algorithm": "SHA1", "digits": 6, "period": STEP_SECONDS, "issuer": ISSUER}
    return f"otpauth://totp/{label}?{urlencode(given, quote_via=quote)}"


def secret_of(device: Authenticator) -> str:
    """The secret in the groups of four that people type where no camera helps."""
    text = device.secret.rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


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


def _is_paused(device: Authenticator) -> bool:
    """Whether the last refusals were so many and so recent that no code is looked at."""
    if not device.failures or device.failed_at is None:
        return False
    pause = min(2 ** min(device.failures - 1, 20), LONGEST_PAUSE)
    return timezone.now() - device.failed_at < timedelta(seconds=pause)


def _answers(device: Authenticator, typed: str) -> bool:
    """Whether these are the device's six digits of now, or of the step before or after, and were not given before."""
    if not (typed.isascii() and typed.isdigit() and len(typed) == 6):
        return False
    clock = TOTP(base64.b32decode(device.secret), step=STEP_SECONDS, drift=device.drift)
    clock.time = time.time()
    fits: bool = clock.verify(int(typed), tolerance=TOLERATED_STEPS, min_t=device.last_step + 1)
    if fits:
        device.last_step, device.drift = clock.t(), clock.drift
    return fits


def _note(device: Authenticator, fits: bool) -> None:
    device.failures = 0 if fits else device.failures + 1
    device.failed_at = None if fits else timezone.now()
    device.save(update_fields=["drift", "last_step", "failures", "failed_at"])


def _spend(user: User, typed: str) -> bool:
    """Whether this was an unused recovery code; now it is used. The database decides between two at once."""
    removed, _by_model = RecoveryCode.objects.filter(user=user, digest=_digest(user, typed)).delete()
    return removed > 0


def _random_code() -> str:
    """79 bits in groups of four."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _digest(user: User, code: str) -> str:
    """What is kept of a code. A plain digest is enough: nobody tries 2^79 codes."""
    letters = "".join(character for character in code.lower() if character in _ALPHABET)
    return hashlib.sha256(f"{user.pk}:{letters}".encode()).hexdigest()
