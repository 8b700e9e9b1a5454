"""Modals: what a teammate is asked before something is done."""
