"""Devices of the second step, and what they show."""

import base64

from django_otp.oath import totp

from dashboard.staff import two_factor
from dashboard.staff.models import Authenticator


def with_device(person):
    """The person's confirmed device."""
    device = two_factor.enrol(person)
    device.confirmed = True
    device.save()
    return device


def code_of(device, drift=0):
    """The six digits that the device shows now, or `drift` steps of 30 seconds away."""
    return f"{totp(base64.b32decode(device.secret), drift=drift):06}"


def wrong_code_of(device):
    """Six digits that the device does not show around now."""
    shown = {code_of(device, drift) for drift in range(-3, 4)}
    return next(f"{n:06}" for n in range(9) if f"{n:06}" not in shown)


def end_pause(device):
    """Forget what was refused."""
    Authenticator.objects.filter(pk=device.pk).update(failures=0, failed_at=None)
