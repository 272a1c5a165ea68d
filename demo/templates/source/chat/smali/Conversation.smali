.class public Lexample/practice/chat/Conversation;
.super Ljava/lang/Object;
.source "Conversation.java"

.field private final turns:Ljava/util/ArrayList;

.method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    iput-object v0, p0, Lexample/practice/chat/Conversation;->turns:Ljava/util/ArrayList;
    return-void
.end method

.method public say(Ljava/lang/String;)I
    .registers 3
    iget-object v0, p0, Lexample/practice/chat/Conversation;->turns:Ljava/util/ArrayList;
    invoke-virtual {v0, p1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    invoke-virtual {v0}, Ljava/util/ArrayList;->size()I
    move-result v0
    return v0
.end method
