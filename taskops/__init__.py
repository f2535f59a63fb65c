"""Declarative GitOps for browser-automation tasks."""

__version__ = "0.1.0"
