"""What teammates see in Slack: pure functions to Block Kit.

Customers' words only ever go into `plain_text` objects, which Slack neither links, formats nor resolves. The
AI's Markdown becomes `rich_text` made of words, styles, lists and links that show their address. In a
message's `text` all of them are escaped.
"""
