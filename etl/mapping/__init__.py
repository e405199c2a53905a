"""What a file's rows become, by its source spec: activities, counts, meetings, or rejections. Never neither."""
