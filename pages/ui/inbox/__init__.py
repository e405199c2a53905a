"""The pieces of the pages Inbox and Our records."""
