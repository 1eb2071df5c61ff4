"""The API: who calls and may he (authentication, permissions, throttles), one shape of errors, the description.

What it offers lies with the apps (community.governance.api, servicehall.api); urls.py puts it together.
"""
