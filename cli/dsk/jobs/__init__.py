"""What commands do once argv is understood: each job joins the rooms it needs and returns a status."""
