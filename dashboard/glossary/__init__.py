"""What words mean: those of k0rdent, Cluster API and KOF, and Pane's own. One data file, one page, hints at labels."""
