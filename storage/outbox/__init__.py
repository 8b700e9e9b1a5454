"""What is owed to Slack and to the AI: jobs, who claims them, and how soon."""
