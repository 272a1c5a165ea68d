"""What an APK is: bytes in, facts out. No network, no Scrapy, no index, nothing of ours."""
