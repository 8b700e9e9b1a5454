"""What teammates see in Slack: pure functions to Block Kit.

Words of customers and of the AI only ever go into `plain_text` objects, which Slack neither links, formats
nor resolves; in a message's `text` they are escaped.
"""
