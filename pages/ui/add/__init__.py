"""The pieces of the page Add activity: seven short steps, or four answers."""
