"""What Slack delivers: parsed, stored, put in order, and handed to a rule."""
