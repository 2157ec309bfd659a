"""Cases: one application at one centre, from the draft to the delivered result, over one or two centres."""
