"""From a plan, a report or a problem to text: pure functions, one per format."""
