"""A machine that does to the running service, in any order, whatever customers, teammates, Slack and the
operating system may do to it, and compares what came of it with a plain picture of what must be true.
"""
