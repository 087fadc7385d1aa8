"""Deploying MedImageParse from the model registry with one template, and deleting it again."""
