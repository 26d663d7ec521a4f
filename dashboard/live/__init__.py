"""Live pages: the log followed, pages drawn again, what differs sent to browsers; and the socket for programs."""
