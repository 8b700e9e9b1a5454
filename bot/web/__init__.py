"""The customer's side: the live chat API, its event stream, and the chat window that uses both."""
