#!/usr/bin/env python3
"""Run an administrative command of the Control Panel."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlpanel.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(str(fault))
    except OperationalError as error:
        from controlpanel.shell.busy import SENTENCE, is_busy

        if not is_busy(error):
            raise
        sys.exit(f"{SENTENCE} Nothing was changed.")
