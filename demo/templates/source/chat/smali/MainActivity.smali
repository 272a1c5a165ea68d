.class public Lexample/practice/chat/MainActivity;
.super Landroid/app/Activity;
.source "MainActivity.java"

.field private talk:Lexample/practice/chat/Conversation;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .registers 5
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Lexample/practice/chat/Conversation;
    invoke-direct {v0}, Lexample/practice/chat/Conversation;-><init>()V
    iput-object v0, p0, Lexample/practice/chat/MainActivity;->talk:Lexample/practice/chat/Conversation;
    new-instance v1, Landroid/widget/TextView;
    invoke-direct {v1, p0}, Landroid/widget/TextView;-><init>(Landroid/content/Context;)V
    const-string v2, "Ask me anything"
    invoke-virtual {v1, v2}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    invoke-virtual {p0, v1}, Lexample/practice/chat/MainActivity;->setContentView(Landroid/view/View;)V
    return-void
.end method
