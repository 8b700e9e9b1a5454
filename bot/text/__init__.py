"""Formatted words: one small tree, read from Slack or Markdown, written as plain text, HTML or Block Kit.

tree        the nodes
markdown    Markdown → tree
plain       tree → plain text
html        tree → HTML that can do nothing
lines       one line of text, as names are kept
addresses   which addresses may become links, and what a label says about its address
"""
