"""What invited organisations send: invitations, what waits, what approving it would come to, and joining twins."""
