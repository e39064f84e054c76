# The tutorial's client.py, as printed there, but indented; the address comes from the command line.
import socket
import sys
# 创建客户端套接字对象
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# 连接服务器
client.connect((sys.argv[1], int(sys.argv[2])))
# 循环处理发送消息
while True:
    # 接收服务器的消息
    msg = client.recv(1024)
    msg = msg.decode("utf-8")
    print("服务器:" + msg)
    # 如果一旦接收到over!字符串,跳出循环
    if msg == "bye":
        print("程序退出...")
        client.close()
        break
    # 给服务器发送消息
    info = input("请输入要发送的消息:")
    info = info.encode("utf-8")
    client.sendall(info)
# 关闭客户端套接字对象
client.close()
