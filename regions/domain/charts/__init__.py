"""Charts as geometry: plain numbers in, places on a plane out. Templates draw them as SVG."""
