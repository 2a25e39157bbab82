"""Measuring a machine: reports, ratios, loads and the plain programs that the system is compared with. No Ray here."""
