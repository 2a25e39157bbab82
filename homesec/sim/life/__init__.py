"""What happens when: ordinary life by hour and weekday, and what is planted into it."""
