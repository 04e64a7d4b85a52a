"""Reading and drawing the output of Equipoise."""
