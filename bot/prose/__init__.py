"""Formatted words: one small tree, read from Slack or Markdown, written as plain text, HTML or Block Kit.

tree        the nodes
markdown    Markdown → tree
plain       tree → plain text
html        tree → HTML that can do nothing
addresses   which addresses may become links, and what a label says about its address
"""
