"""Pages of joint handling: the participants' desk, the lead's doors, meetings, the register."""
