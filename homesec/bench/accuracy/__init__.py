"""What the system says happened, against what did happen in a simulated household."""
