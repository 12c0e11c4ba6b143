"""The Control Panel itself: the frame that every area stands in. It knows nothing of federation."""
