"""The wall: the fleet on a screen that nobody touches, read at five metres."""
