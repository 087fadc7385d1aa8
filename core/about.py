"""What the program is, and what it says about itself on every page and every export."""

NAME = "MedImageParse Workbench"
VERSION = "0.1.0"
NOTICE = "Research use only, not for diagnosis."
