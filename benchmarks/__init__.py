"""Speed of tfmr beside what one would write or use instead."""
