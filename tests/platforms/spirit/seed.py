"""Fills the forum with the threads of a JSON file; run by `manage.py shell`, which reads it from standard input.

The name of the JSON file stands in the variable THREADS.
"""

import json
import os
from pathlib import Path

from django.contrib.auth import get_user_model
from spirit.category.models import Category
from spirit.comment.models import Comment
from spirit.topic.models import Topic

category, _ = Category.objects.get_or_create(title="AI工具", slug="ai", defaults={"description": "交流"})
for row in json.loads(Path(os.environ["THREADS"]).read_text("utf-8")):
    user, _ = get_user_model().objects.get_or_create(
        username=row["author"], defaults={"email": f"{row['author']}@example.org", "is_active": True}
    )
    topic = Topic.objects.create(user=user, category=category, title=row["title"])
    for post in row["posts"]:
        Comment.objects.create(user=user, topic=topic, comment=post, comment_html=f"<p>{post}</p>")
    Topic.objects.filter(pk=topic.pk).update(comment_count=len(row["posts"]))
