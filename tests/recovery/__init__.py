"""The recovery battery: how near each estimate comes to known truths."""
